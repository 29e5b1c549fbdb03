"""Alembic's entry, shared by both branches; only `bot.migrations` starts it and gives it a connection inside a transaction."""

from alembic import context

from bot.migrations import metadata_of, options

connection = context.config.attributes["connection"]
branch = context.config.attributes["branch"]
context.configure(connection=connection, target_metadata=metadata_of(branch), **options(branch))
with context.begin_transaction():
    context.run_migrations()
