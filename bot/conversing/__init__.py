"""Whole conversations played against a running assistant, which is known by its public web-chat contract only."""
