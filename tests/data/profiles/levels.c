/* Two functions that call each other, from a costly and a cheap caller, and one that calls itself.

   gcc -O0 -g -o levels levels.c
   valgrind --tool=callgrind --toggle-collect=main --callgrind-out-file=levels.callgrind ./levels
   valgrind --tool=callgrind --toggle-collect=main --separate-recs=1 --callgrind-out-file=merged.callgrind ./levels */

static long burn(long n)
{
    long s = 0;
    for (long i = 0; i < n; i++)
        s += i * i % 7;
    return s;
}

static long odd(int n, long *t);

static long even(int n, long *t)
{
    *t += burn(10);
    return n == 0 ? 1 : odd(n - 1, t);
}

static long odd(int n, long *t)
{
    *t += burn(20);
    return n == 0 ? 0 : even(n - 1, t);
}

static long costly(long *t)
{
    long r = 0;
    *t += burn(500);
    for (int i = 0; i < 10; i++)
        r += even(30, t);
    return r;
}

static long cheap(long *t)
{
    *t += burn(50);
    return even(4, t);
}

static long fib(int n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int main(void)
{
    long t = 0, r = 0;
    for (int i = 0; i < 20; i++)
        r += costly(&t) + cheap(&t);
    return (int)((r + t + fib(15)) & 1);
}
