"""What the operations have in common in the OpenAPI document."""

TAG = ["transform"]
