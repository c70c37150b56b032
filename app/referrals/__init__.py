"""The referrals room: writing, answering, reading and proving a referral between two countries."""
