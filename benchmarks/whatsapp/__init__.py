"""What WhatsApp costs and bears: messages paid for an answered question, large batches, and load while the other side fails."""
