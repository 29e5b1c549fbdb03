"""Our understanding beside its peers: same training examples, same test messages, one processor, one run."""
