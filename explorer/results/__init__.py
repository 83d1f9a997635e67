"""Results of more than one number: tables and pictures that find the figure which draws them."""
