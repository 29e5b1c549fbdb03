"""Starts all processes with one command, watches them, and says plainly what is wrong when one of them is."""
