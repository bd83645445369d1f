/* A program whose parts -D makes slower, or calls more often: what callgrind counts of two builds is known to differ there. */
#ifndef BURN
#define BURN 1000 /* how long one unit of work takes */
#endif
#ifndef CALLS
#define CALLS 10 /* how often costly calls handle */
#endif
#ifndef CHEAP
#define CHEAP 40 /* how often cheap calls handle */
#endif
#ifndef DEPTH
#define DEPTH 12 /* how deep rec calls itself */
#endif
#ifndef UNITS
#define UNITS 8 /* how much work one heavy request is */
#endif
static volatile unsigned sink;

__attribute__((noinline)) void burn(int units) {
    for (int i = 0; i < units * BURN; i++) sink += i;
}
__attribute__((noinline)) void parse(int size) {
    for (int i = 0; i < size; i++) sink ^= i;
}
__attribute__((noinline)) void render(int size) {
    for (int i = 0; i < size; i++) sink -= i;
}
#ifdef CHECK
__attribute__((noinline)) void check(void) {
    for (int i = 0; i < CHECK; i++) sink += 2;
    burn(1);
}
#endif
__attribute__((noinline)) void handle(int units) {
    parse(units > 1 ? 200 : 2000);
#ifdef CHECK
    check();
#endif
    for (int i = 0; i < units; i++) burn(1);
#ifndef NO_RENDER
    render(units > 1 ? 3000 : 500);
#endif
}
__attribute__((noinline)) void cheap(void) {
    for (int i = 0; i < CHEAP; i++) handle(1);
}
__attribute__((noinline)) void costly(void) {
    for (int i = 0; i < CALLS; i++) handle(UNITS);
}
__attribute__((noinline)) void rec(int depth) {
    if (depth > 0) rec(depth - 1);
    burn(2);
    sink++;
}
int main(void) {
    cheap();
    costly();
    rec(DEPTH);
    return 0;
}
