"""The machinery of the site, each rule once: imported by the build, by the tests and by `make`."""
