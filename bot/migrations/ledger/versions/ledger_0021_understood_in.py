"""what was understood says in which conversation: lists and filters of agents ask one index, and read no messages for it"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0021"
down_revision = "ledger_0020"
branch_labels = None
depends_on = None

INDEX = "ix_understanding_conversation"


def upgrade() -> None:
    op.add_column("understanding", sa.Column("conversation_id", sa.String(32), nullable=True))
    op.execute(
        "UPDATE understanding SET conversation_id = (SELECT message.conversation_id FROM message WHERE message.id = understanding.message_id)"
    )
    with op.batch_alter_table("understanding", schema=None) as batch_op:
        batch_op.alter_column("conversation_id", existing_type=sa.String(32), nullable=False)
    op.create_index(INDEX, "understanding", ["conversation_id", "decision", "intent"])


def downgrade() -> None:
    op.drop_index(INDEX, "understanding")
    with op.batch_alter_table("understanding", schema=None) as batch_op:
        batch_op.drop_column("conversation_id")
