"""Understanding: normalisation, entities, the calibrated intent model and the decision to answer, ask or refuse."""
