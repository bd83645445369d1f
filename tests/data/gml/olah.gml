graph [
  directed 1
  node [
    id 0
    label "a"
  ]
  node [
    id 1
    label "c"
  ]
  node [
    id 2
    label "b"
  ]
  node [
    id 3
    label "d"
  ]
  node [
    id 4
    label "e"
  ]
  edge [
    source 0
    target 1
    weight 1
  ]
  edge [
    source 1
    target 4
    weight 2
  ]
  edge [
    source 2
    target 1
    weight 1
  ]
  edge [
    source 2
    target 3
    weight 1
  ]
  edge [
    source 3
    target 4
    weight 3
  ]
]
