"""Paper: certificates, posters, ledgers."""
