"""The channels a customer may write in, one package each."""
