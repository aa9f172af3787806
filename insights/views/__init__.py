"""The pages of the loop, one module for each entry of the rail."""
