"""Stock Rasa, made from our own data: the project, its custom actions, its two servers."""
