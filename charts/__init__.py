"""Pictures: figures in, SVG out; pure, and importing nothing but the standard library."""
