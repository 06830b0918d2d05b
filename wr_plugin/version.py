"""The product's version; metadata.txt and the package's name carry the same."""

VERSION = "0.1.0"
