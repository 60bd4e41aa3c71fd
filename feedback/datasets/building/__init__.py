"""Rows on their way to files: kept on the disk while they are collected, written, read back and told of."""
