"""What the gateway says: sentences, numbers and amounts of money, spoken from recorded pieces."""
