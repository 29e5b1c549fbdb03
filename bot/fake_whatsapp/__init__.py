"""A stand-in of the Graph API with a page that looks like a telephone: for the demo, tests and benchmarks, where Meta cannot be reached."""
