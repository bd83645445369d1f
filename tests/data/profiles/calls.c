/* For whom burn works: handle is called by two functions whose calls are not alike, rec calls itself.
   gcc -O0 -g -o calls calls.c
   valgrind --tool=callgrind --toggle-collect=main --callgrind-out-file=calls.callgrind ./calls */
static volatile long sink;

static void burn(long n) { for (long i = 0; i < n; i++) sink += i; }
static void parse(long n) { for (long i = 0; i < n / 40; i++) sink ^= i; burn(n); }
static void render(long n) { for (long i = 0; i < n / 90; i++) sink ^= i; burn(2 * n); }

static void handle(long n, int shown) {
    parse(n);
    if (shown) render(n);
}

static void costly(void) { for (int i = 0; i < 10; i++) handle(22000, i % 2); }
static void cheap(void) { for (int i = 0; i < 10; i++) handle(3000, 1); }
static void rec(int depth) { burn(6000); if (depth) rec(depth - 1); }

int main(void) {
    costly();
    cheap();
    rec(40);
    return 0;
}
