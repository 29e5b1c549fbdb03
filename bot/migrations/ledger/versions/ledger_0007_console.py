"""the agents' console: agents and their sessions, audit, notes, tags, prepared answers, corrections; and what conversations are found by"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0007"
down_revision = "ledger_0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("correction", "prepared_answer", "tag", "note", "audit_entry", "agent_session", "recovery_code", "agent")
WORDS = "to_tsvector('simple'::regconfig, translate(text, 'ÁÉÍÓÚÜÑáéíóúüñ', 'aeiouunaeiouun'))"
# SQLite may renumber the rows of a table without a numeric key, so the words hang on numbers of their own.
SEARCH = (
    "CREATE TABLE searchable (id INTEGER PRIMARY KEY, message_id VARCHAR(32) NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE message_words USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')",
    (
        "CREATE TRIGGER message_words_new AFTER INSERT ON message BEGIN "
        "INSERT INTO searchable (message_id) VALUES (new.id); "
        "INSERT INTO message_words (rowid, text) SELECT id, new.text FROM searchable WHERE message_id = new.id; END"
    ),
    (
        "CREATE TRIGGER message_words_changed AFTER UPDATE OF text ON message WHEN old.text <> new.text BEGIN "
        "UPDATE message_words SET text = new.text WHERE rowid = (SELECT id FROM searchable WHERE message_id = new.id); END"
    ),
    (
        "CREATE TRIGGER message_words_gone AFTER DELETE ON message BEGIN "
        "DELETE FROM message_words WHERE rowid = (SELECT id FROM searchable WHERE message_id = old.id); "
        "DELETE FROM searchable WHERE message_id = old.id; END"
    ),
    "INSERT INTO searchable (message_id) SELECT id FROM message",
    "INSERT INTO message_words (rowid, text) SELECT searchable.id, message.text FROM searchable JOIN message ON message.id = searchable.message_id",
)
NO_SEARCH = (
    "DROP TRIGGER message_words_new",
    "DROP TRIGGER message_words_changed",
    "DROP TRIGGER message_words_gone",
    "DROP TABLE message_words",
    "DROP TABLE searchable",
)


def upgrade() -> None:
    _agents()
    _written()
    op.create_index("ix_conversation_last_at_id", "conversation", ["last_at", "id"])
    op.create_index("ix_understanding_intent", "understanding", ["intent"])
    op.create_index(
        "ix_escalation_open_at", "escalation", ["at"], sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in SEARCH:
            op.execute(statement)
    else:
        op.execute(f"CREATE INDEX ix_message_words ON message USING gin (({WORDS}))")


def _agents() -> None:
    op.create_table(
        "agent",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("second_factor", sa.String(64), nullable=True),
        sa.Column("second_factor_at", MOMENT, nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.CheckConstraint("role IN ('agent', 'supervisor', 'administrator')", name=op.f("ck_agent_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("name", name=op.f("uq_agent_name")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_recovery_code_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_agent_id"), "recovery_code", ["agent_id"])
    op.create_table(
        "agent_session",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("stage IN ('code', 'enrol', 'in')", name=op.f("ck_agent_session_stage")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_session_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_session")),
    )
    op.create_index(op.f("ix_agent_session_agent_id"), "agent_session", ["agent_id"])
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("conversation", sa.String(32), nullable=True),
        sa.Column("detail", sa.String(300), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"])
    op.create_index(op.f("ix_audit_entry_conversation"), "audit_entry", ["conversation"])


def _written() -> None:
    _about("note", sa.Column("text", sa.Text(), nullable=False))
    _about(
        "tag",
        sa.Column("name", sa.String(40), nullable=False),
        sa.UniqueConstraint("conversation_id", "name", name=op.f("uq_tag_conversation_id_name")),
    )
    op.create_index(op.f("ix_tag_name"), "tag", ["name"])
    _about(
        "correction",
        sa.Column("message_id", sa.String(32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("was", sa.String(64), nullable=True),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("right", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_correction_message_id"), ondelete="CASCADE"),
        sa.UniqueConstraint("message_id", "n", name=op.f("uq_correction_message_id_n")),
    )
    op.create_table(
        "prepared_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepared_answer")),
        sa.UniqueConstraint("title", name=op.f("uq_prepared_answer_title")),
    )


def _about(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of what agents wrote about conversations."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f(f"fk_{table}_conversation_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_conversation_id"), table, ["conversation_id"])


def downgrade() -> None:
    """Agents, and what they wrote, are lost."""
    if op.get_bind().dialect.name == "sqlite":
        for statement in NO_SEARCH:
            op.execute(statement)
    else:
        op.drop_index("ix_message_words", "message")
    op.drop_index("ix_escalation_open_at", "escalation")
    op.drop_index("ix_understanding_intent", "understanding")
    op.drop_index("ix_conversation_last_at_id", "conversation")
    for table in TABLES:
        op.drop_table(table)
