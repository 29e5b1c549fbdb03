"""What we change of Rasa 3.6.21, one reason a module, each with a test in tests/dialogue/rasa that fails when Rasa changes under it.

To be imported before anything of Rasa: it silences what Rasa loads, stands in for packages that are not installed, and keeps out of a
server the parts of Rasa that it never uses.
"""

from bot.dialogue.rasa import absent, kernels, quiet, unused

quiet.install()
kernels.install()
absent.install()
unused.install()
