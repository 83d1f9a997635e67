"""Networks that the product trains itself, one a file."""
