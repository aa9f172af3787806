"""What the demo organisation has of workforce: people, shifts, forecasts."""
