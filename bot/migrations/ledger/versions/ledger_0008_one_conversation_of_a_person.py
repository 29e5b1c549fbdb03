"""on the web a person whom the portal names has one conversation"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0008"
down_revision = "ledger_0007"
branch_labels = None
depends_on = None

NAME = "uq_conversation_person"
WHERE = sa.text("channel = 'web' AND person IS NOT NULL")


def upgrade() -> None:
    op.create_index(NAME, "conversation", ["desk", "person"], unique=True, sqlite_where=WHERE, postgresql_where=WHERE)


def downgrade() -> None:
    op.drop_index(NAME, "conversation")
