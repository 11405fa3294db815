"""The launch tester: the portal plays an app's part, step by step, and shows what was said.

The requests are real ones, over HTTP, to our own addresses. What a run knows (verifier, state,
tokens, answers) is encrypted in the developer's session; secrets and private keys are used for
the one request that needs them and kept nowhere.
"""
