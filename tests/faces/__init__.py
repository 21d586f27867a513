"""One question, asked through every face of the product."""
