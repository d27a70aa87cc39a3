"""`/api/distributed/...`: the contract's ten endpoints and what goes beyond them.

Names are camelCase here, as the contract has them. Every body says whether it is a success: `"success": true` with its
members, `"success": false` with `error` and `message`.
"""
