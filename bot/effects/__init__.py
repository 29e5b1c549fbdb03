"""What turns asked for, applied after their commit."""
