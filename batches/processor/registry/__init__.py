"""What is proved of a model's file before it is registered. Imports nothing: part of it runs without Django."""
