export default { fetch: () => new Response('not here yet', { status: 501 }) }
