"""What tests and benchmarks both need: servers of the outside world on free ports, and stand-ins. It imports neither of them."""
