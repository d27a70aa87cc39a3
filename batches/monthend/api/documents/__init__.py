"""The shapes of what the month-end API takes and answers, for checking requests and for the OpenAPI document."""
