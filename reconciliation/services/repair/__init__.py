"""Making a row of the target like the source's: previewed from a fresh read, refused when either side moved since."""
