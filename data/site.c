/* A site that renders pages: a few exports of many rows, many views of few, and one thing that retries itself.

   gcc -O1 -fno-inline -g -o site site.c
   valgrind --tool=callgrind --toggle-collect=main --callgrind-out-file=site.callgrind ./site

   With -DEXPORTS=5 -DSTEPS=6 the export renders half as often, and escape does a quarter less for each row. */
#ifndef EXPORTS
#define EXPORTS 10
#endif
#ifndef STEPS
#define STEPS 8
#endif

static volatile unsigned sink;

static void escape(int rows)
{
    unsigned x = rows;
    for (int row = 0; row < rows; row++)
        for (int step = 0; step < STEPS; step++)
            x = x * 1664525u + 1013904223u;
    sink = x;
}

static void parse(int rows)
{
    escape(rows);
}

static void format(int rows)
{
    escape(3 * rows);
}

static void render(int rows)
{
    parse(rows);
    format(rows);
}

static void export(void)
{
    for (int i = 0; i < EXPORTS; i++)
        render(4000);
}

static void view(int rows)
{
    render(rows);
}

static void retry(int left)
{
    escape(5000);
    if (left > 0)
        retry(left - 1);
}

int main(void)
{
    export();
    for (int i = 0; i < 60; i++)
        view(100 + i);
    retry(7);
    return 0;
}
