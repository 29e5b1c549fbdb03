"""Custom actions, one module per topic: read live state, apply rules, choose which answers of the YAML to say with which values.

No SQL, no customer-facing text, no TensorFlow: `rasa` is never imported here.
"""
