"""Was it any good: signals, explicit feedback and the data made from them."""
