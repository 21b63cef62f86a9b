"""Words that stand for a secret where none is: what examples, defaults and settings are made of."""

from __future__ import annotations

WORDS = tuple(
    sorted(
        (
            *(
                "password",
                "passwords",
                "passwd",
                "passw0rd",
                "p4ssw0rd",
                "pass",
                "p4ss",
                "pwd",
                "pw",
                "passphrase",
            ),
            *(
                "user",
                "users",
                "username",
                "name",
                "login",
                "admin",
                "root",
                "guest",
                "anon",
                "anonymous",
                "anoncvs",
            ),
            *(
                "secret",
                "secrets",
                "s3cret",
                "s3cr3t",
                "secr3t",
                "token",
                "tokens",
                "key",
                "keys",
                "api",
                "auth",
                "oauth",
            ),
            *(
                "access",
                "basic",
                "private",
                "public",
                "session",
                "value",
                "word",
                "string",
                "here",
                "pserver",
                "proxy",
            ),
            *(
                "postgres",
                "postgresql",
                "mysql",
                "mariadb",
                "mongo",
                "mongodb",
                "redis",
                "rabbit",
                "rabbitmq",
                "amqp",
            ),
            *(
                "db",
                "database",
                "server",
                "host",
                "local",
                "localhost",
                "production",
                "staging",
                "development",
                "dev",
            ),
            *(
                "test",
                "tests",
                "testing",
                "demo",
                "debug",
                "default",
                "change",
                "changed",
                "me",
                "my",
                "your",
                "the",
            ),
            *(
                "some",
                "this",
                "that",
                "with",
                "not",
                "for",
                "is",
                "in",
                "it",
                "to",
                "a",
                "x",
                "super",
                "very",
                "really",
            ),
            *(
                "foo",
                "bar",
                "baz",
                "spam",
                "eggs",
                "abc",
                "hunter",
                "letmein",
                "qwerty",
                "welcome",
                "bot",
                "app",
            ),
            *("true", "false", "none", "null", "insecure", "unsafe", "example"),
        ),
        key=len,
        reverse=True,
    )
)


def is_common(text: str) -> bool:
    """Whether nothing is left of ``text`` when these words, figures and signs are taken out of it."""
    rest = text.lower()
    while rest:
        word = next((word for word in WORDS if rest.startswith(word)), None)
        if word is None and rest[0].isalpha():
            return False
        rest = rest[len(word) if word else 1 :]
    return True
