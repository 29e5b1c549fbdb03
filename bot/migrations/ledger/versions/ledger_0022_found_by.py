"""how sure each reading was, long conversations, and which agent took which one: what agents filter the list by, each with an index"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0022"
down_revision = "ledger_0021"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_understanding_unsure", "understanding", ["confidence", "conversation_id"], "confidence < 0.8"),
    ("ix_conversation_long", "conversation", ["last_at", "id"], "last_seq >= 20"),
    ("ix_audit_entry_taken", "audit_entry", ["agent", "conversation"], "what = 'toma'"),
)
FIRST = {
    "sqlite": "SET confidence = json_extract(ranking, '$[0].confidence') WHERE json_type(ranking, '$[0].confidence') IN ('integer', 'real')",
    "postgresql": (
        "SET confidence = CAST(ranking -> 0 ->> 'confidence' AS DOUBLE PRECISION) WHERE json_typeof(ranking -> 0 -> 'confidence') = 'number'"
    ),
}


def upgrade() -> None:
    op.add_column("understanding", sa.Column("confidence", sa.Float(), nullable=True))
    op.execute(f"UPDATE understanding {FIRST[op.get_bind().dialect.name]}")
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
    op.drop_column("understanding", "confidence")
