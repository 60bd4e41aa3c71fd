"""What happened: spans are received, stored and read into generations and conversations."""
