"""The dialogue process: Rasa's rules on our own understanding, one stateless turn a request. With bot/nlu, the only users of Rasa."""
