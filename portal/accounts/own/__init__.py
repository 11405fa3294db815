"""What people change about their own account: address, phone, language, closing it."""
