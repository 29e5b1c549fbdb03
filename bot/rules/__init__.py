"""What the business decides: dates, states and words as pure functions of their arguments, so that every boundary can be tested."""
