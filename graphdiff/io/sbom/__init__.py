"""Bills of materials: CycloneDX and SPDX, and what both share."""
