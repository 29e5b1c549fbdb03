"""for the desk: since when a person's answer is owed, what became of a case, and which agents are there"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0011"
down_revision = "ledger_0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OWED = sa.text("owed_since IS NOT NULL")


def upgrade() -> None:
    for name in ("owed_since", "case_closed_at"):
        op.add_column("conversation", sa.Column(name, MOMENT, nullable=True))
    op.create_index("ix_conversation_owed", "conversation", ["owed_since"], sqlite_where=OWED, postgresql_where=OWED)
    op.add_column("escalation", sa.Column("closed_at", MOMENT, nullable=True))
    op.add_column("escalation", sa.Column("closed_by", sa.String(64), nullable=True))
    op.add_column("escalation", sa.Column("reopened", sa.Integer(), nullable=False, server_default="0"))
    _states("'open', 'solved', 'expired'", "UPDATE escalation SET state = 'solved' WHERE state = 'closed'")
    op.execute(
        "UPDATE conversation SET owed_since = "
        "(SELECT min(at) FROM escalation WHERE escalation.conversation_id = conversation.id AND escalation.state = 'open')"
    )
    op.create_table(
        "presence",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("conversation", sa.String(32), nullable=True),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
    )
    op.create_index("ix_presence_seen_at", "presence", ["seen_at"])
    _due()
    _review()
    _publication()
    _saved_view()
    op.add_column("agent", sa.Column("alerts", sa.String(100), nullable=True))


def _due() -> None:
    op.create_table(
        "due",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("phone", sa.String(32), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.String(64), nullable=True),
        sa.CheckConstraint("kind IN ('call_back', 'chat', 'snooze')", name=op.f("ck_due_kind")),
        sa.CheckConstraint("state IN ('open', 'done', 'not_reached', 'cancelled', 'left')", name=op.f("ck_due_state")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_due_conversation_id_conversation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due")),
    )
    op.create_index("ix_due_conversation_id", "due", ["conversation_id"])
    still = sa.text("state = 'open'")
    op.create_index("uq_due_open", "due", ["conversation_id", "kind"], unique=True, sqlite_where=still, postgresql_where=still)


def _review() -> None:
    op.create_table(
        "review",
        sa.Column("message_id", sa.String(32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("claimed_by", sa.String(64), nullable=False),
        sa.Column("claimed_until", MOMENT, nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("settled_by", sa.String(64), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.CheckConstraint("outcome IN ('right', 'corrected')", name=op.f("ck_review_outcome")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_review_message_id_message"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_review_conversation_id_conversation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "n", name=op.f("pk_review")),
    )
    op.create_index("ix_review_conversation_id", "review", ["conversation_id"])
    op.create_index("ix_review_settled_at", "review", ["settled_at"])


def _publication() -> None:
    op.create_table(
        "publication",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_by", sa.String(64), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(64), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("model", sa.String(128), nullable=True),
        sa.Column("before", sa.String(128), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.String(300), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'proved', 'publishing', 'published', 'refused', 'failed', 'rolled_back')",
            name=op.f("ck_publication_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )


def _saved_view() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_saved_view_agent_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("agent_id", "name", name=op.f("uq_saved_view_agent_id_name")),
    )


def downgrade() -> None:
    op.drop_table("saved_view")
    op.drop_table("publication")
    op.drop_table("review")
    op.drop_column("agent", "alerts")
    op.drop_table("due")
    op.drop_table("presence")
    _states("'open', 'closed'", "UPDATE escalation SET state = 'closed' WHERE state <> 'open'")
    for name in ("reopened", "closed_by", "closed_at"):
        op.drop_column("escalation", name)
    op.drop_index("ix_conversation_owed", table_name="conversation")
    for name in ("case_closed_at", "owed_since"):
        op.drop_column("conversation", name)


def _states(allowed: str, mend: str) -> None:
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_escalation_state"), type_="check")
    op.execute(mend)
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.create_check_constraint(op.f("ck_escalation_state"), f"state IN ({allowed})")
