pytest_plugins = ["tools.pytest_plugin"]
