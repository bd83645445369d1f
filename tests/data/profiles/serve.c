/* A program for what-if: callgrind counts its instructions exactly, so that what a change saves is known.
 *
 *   gcc -O0 -o serve serve.c
 *   valgrind --tool=callgrind --toggle-collect=main --callgrind-out-file=serve.callgrind ./serve
 *
 * -DCALLS=5 lets costly call handle 5 times, not 10; -DBURN=70 and -DPARSE=50 let burn and parse do so many per cent of
 * their own work, -DHANDLE=60 lets handle do so many per cent of all it does. The code is the same in every build.
 */
#ifndef CALLS
#define CALLS 10
#endif
#ifndef BURN
#define BURN 100
#endif
#ifndef PARSE
#define PARSE 100
#endif
#ifndef HANDLE
#define HANDLE 100
#endif

static volatile const long calls = CALLS, burn_part = BURN, parse_part = PARSE, handle_part = HANDLE;
static volatile unsigned long sink;

static void burn(long size) {
    for (long steps = size * burn_part / 100; steps > 0; steps--) sink += steps;
}

static void parse(long size) {
    for (long steps = size * parse_part / 100; steps > 0; steps--) sink ^= steps;
    burn(size / 10);
}

static void render(long size) {
    burn(size);
}

static void handle(long parsed, long rendered) {
    for (long rounds = handle_part / 10; rounds > 0; rounds--) {
        parse(parsed / 10);
        render(rendered / 10);
    }
}

static void costly(void) {
    for (long count = calls; count > 0; count--) handle(6000, 54000);
}

static void cheap(void) {
    for (long count = 200; count > 0; count--) handle(300, 100);
}

static void rec(long depth) {
    burn(25000);
    if (depth > 0)
        rec(depth - 1);
    else
        handle(3000, 3000);
}

int main(void) {
    costly();
    cheap();
    rec(7);
    return 0;
}
