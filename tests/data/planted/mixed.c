/* A function whose callers ask for much and for little: what else it calls costs the same each time. -D changes parts. */
#ifndef FAST
#define FAST 10 /* how often fast calls mid, for much */
#endif
#ifndef SLOW
#define SLOW 90 /* how often slow calls mid, for little */
#endif
#ifndef WORK
#define WORK 20 /* how long work takes for each of what it is given */
#endif
#ifndef EVEN
#define EVEN 300 /* how long even takes, whoever calls */
#endif
static volatile long sink;

__attribute__((noinline)) void work(int n) {
    for (int i = 0; i < n; i++) sink += i * 3;
}
__attribute__((noinline)) void even(int n) {
    for (int i = 0; i < n; i++) sink ^= i;
}
__attribute__((noinline)) void mid(int k) {
    work(WORK * k);
    even(EVEN);
}
__attribute__((noinline)) void fast(void) {
    for (int i = 0; i < FAST; i++) mid(50);
}
__attribute__((noinline)) void slow(void) {
    for (int i = 0; i < SLOW; i++) mid(1);
}
int main(void) {
    for (int i = 0; i < 10; i++) {
        fast();
        slow();
    }
    return 0;
}
