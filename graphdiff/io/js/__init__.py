"""Lock files and reports of JavaScript's tools: npm, pnpm, yarn, dependency-cruiser."""
