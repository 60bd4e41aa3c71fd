"""Where alerts go and how they get there: `targets` are what people fill in, `queue` sends what waits for them."""
