"""What there is to see of rows before they are written, and of two versions after."""
