"""How the image runs the server: `gunicorn -c gunicorn.conf.py 'snapshard_ui:create_app()'`;
settings from the environment.
"""

from snapshard.settings import Settings
from snapshard_ui.runtime.serving import options

globals().update(options(Settings.from_env()))
