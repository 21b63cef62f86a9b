/* A bot that starts in a millisecond and tells by itself, without anything of ours, what became of it.
 *
 * lone_bot PORT: answers GET on 127.0.0.1:PORT. It holds an exclusive lock on the file "only_one" of its folder
 * for life; whoever does not get it notes that in the file "evidence", where every copy notes its beginning, and
 * its end if it can, in milliseconds of the steady clock.
 * It prints numbered lines and keeps their number in a file that outlives any kill ("lines.PID.START").
 *
 * What it does stands in the file "mode" beside it, words read when it starts: "slow MS" before it listens,
 * "die MS CODE", "stop MS" (freezes itself), "deaf" to polite requests, "fork N" children in sessions of their
 * own, "chatty" (prints without pause); read at each answer: "500 PID.START", for that copy alone.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char me[64];
static long *lines;
static volatile sig_atomic_t asked;

static long now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void note(const char *word) {
    char text[96];
    int length = snprintf(text, sizeof text, "%s %s %ld\n", word, me, now_ms());
    int file = open("evidence", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0) {
        if (write(file, text, length) < 0) { }
        close(file);
    }
}

static void say(const char *what) {
    char text[160];
    int length = snprintf(text, sizeof text, "line %s %ld %s\n", me, *lines + 1, what);
    if (write(1, text, length) == length) ++*lines;
}

static const char *mode(void) {
    static char text[256];
    int file = open("mode", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    text[length > 0 ? length : 0] = 0;
    return text;
}

static void on_ask(int number) { asked = number; }

static void answer(int listener) {
    int link = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    char question[2048];
    struct pollfd there = {link, POLLIN, 0};
    if (link < 0) return;
    if (poll(&there, 1, 1000) > 0 && read(link, question, sizeof question) >= 0) {
        const char *now = mode();
        const char *word = strstr(now, "500") && strstr(now, me) ? "500 No" : "200 OK";
        char text[128];
        int length = snprintf(text, sizeof text,
                              "HTTP/1.1 %s\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", word);
        if (send(link, text, length, MSG_NOSIGNAL) < 0) { }
    }
    close(link);
}

static void leave_children(int count) {
    for (int number = 0; number < count; number++) {
        if (fork() == 0) {
            setsid();
            signal(SIGINT, SIG_IGN);
            signal(SIGTERM, SIG_IGN);
            /* every second one keeps nothing but its environment */
            if (number % 2) for (int file = 0; file < 64; file++) close(file);
            for (;;) pause();
        }
    }
}

int main(int count, char **words) {
    char name[96], behaviour[256];
    struct sigaction polite = {.sa_handler = on_ask};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(count > 1 ? atoi(words[1]) : 0)};
    const char *word;
    int one = 1, held, numbers, listener;
    long dies_at = -1, stops_at = -1, began = now_ms();
    int code = 0;

    snprintf(me, sizeof me, "%d.%ld", getpid(), began);
    held = open("only_one", O_RDWR | O_CREAT, 0600); /* inherited by its children: the old tree must be gone */
    if (held < 0 || flock(held, LOCK_EX | LOCK_NB)) note("doubled");
    note("begin");
    snprintf(name, sizeof name, "lines.%s", me);
    numbers = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (numbers < 0 || ftruncate(numbers, sizeof(long))) return 70;
    lines = mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, numbers, 0);
    if (lines == MAP_FAILED) return 71;
    snprintf(behaviour, sizeof behaviour, "%s", mode());
    say("hello");
    if (strstr(behaviour, "deaf")) polite.sa_handler = SIG_IGN;
    sigaction(SIGINT, &polite, NULL);
    sigaction(SIGTERM, &polite, NULL);
    if ((word = strstr(behaviour, "fork "))) leave_children(atoi(word + 5));
    if ((word = strstr(behaviour, "slow "))) usleep(atol(word + 5) * 1000);
    if ((word = strstr(behaviour, "die "))) {
        char *end;
        dies_at = now_ms() + strtol(word + 4, &end, 10);
        code = (int)strtol(end, NULL, 10);
    }
    if ((word = strstr(behaviour, "stop "))) stops_at = now_ms() + atol(word + 5);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 16)) {
        say(strerror(errno));
        return 72;
    }
    for (;;) {
        struct pollfd there = {listener, POLLIN, 0};
        int chatty = strstr(behaviour, "chatty") != NULL;
        if (poll(&there, 1, chatty ? 1 : 25) > 0) answer(listener);
        say("tick");
        if (asked) {
            say("goodbye");
            note("end");
            return 0;
        }
        if (stops_at >= 0 && now_ms() >= stops_at) {
            stops_at = -1;
            raise(SIGSTOP);
        }
        if (dies_at >= 0 && now_ms() >= dies_at) {
            note("end");
            if (code < 0) kill(getpid(), -code);
            return code;
        }
    }
}
